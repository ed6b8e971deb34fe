from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    name = "candidates"

    def ready(self) -> None:
        # ruff: noqa: PLC0415 - models can be imported only when the apps are loaded
        from candidates import checks
        from candidates.data_rights import journal
        from candidates.data_rights.candidate_part import CandidatePart
        from candidates.data_rights.parts import register_deleter, register_part
        from candidates.data_rights.private_files import delete_file
        from candidates.models import ErasedItem
        from screener.background import health
        from screener.backup.journal import JOURNAL_PARTS

        JOURNAL_PARTS["refusals"] = journal.REFUSALS
        JOURNAL_PARTS["withdrawn consents"] = journal.WITHDRAWN_CONSENTS
        JOURNAL_PARTS["erasures"] = journal.ERASURES
        register_part(CandidatePart())
        register_deleter(ErasedItem.Kind.FILE, delete_file)
        health.conditions["do_not_call_list"] = checks.missing_keys
