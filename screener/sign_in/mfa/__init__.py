"""Second factors: codes, passkeys, and who needs one."""
