from interviews.flags import Flag, flag_labels


def test_every_flag_has_own_label() -> None:
    assert len(set(Flag.labels)) == len(Flag)
    assert Flag.labels == flag_labels(Flag.values)


def test_unknown_code_is_spelled_out() -> None:
    assert flag_labels([Flag.NO_WORDS, "of_another_version"]) == [Flag.NO_WORDS.label, "of another version"]
