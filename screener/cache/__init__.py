"""The cache that processes share, where CACHE_URL names one."""
