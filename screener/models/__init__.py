from screener.models.base import (
    AppendOnly,
    BaseModel,
    InvalidTransition,
    LeasableManager,
    LeasableModel,
    LeasableQuerySet,
    parse_id,
)
from screener.models.browser_session import BrowserSession
from screener.models.data_key import DataKey, MasterKeyRecord
from screener.models.idempotency import IdempotentRequest
from screener.models.keys.api_key import ApiKey
from screener.models.keys.use import ApiKeyUse
from screener.models.model_call import ModelCall
from screener.models.organisation import Organisation
from screener.models.preference import Preference
from screener.models.restored_backup import RestoredBackup
from screener.models.role import Role, RoleKey
from screener.models.tts_prompt import SpokenLine, private_storage

__all__ = [
    "ApiKey",
    "ApiKeyUse",
    "AppendOnly",
    "BaseModel",
    "BrowserSession",
    "DataKey",
    "IdempotentRequest",
    "InvalidTransition",
    "LeasableManager",
    "LeasableModel",
    "LeasableQuerySet",
    "MasterKeyRecord",
    "ModelCall",
    "Organisation",
    "Preference",
    "RestoredBackup",
    "Role",
    "RoleKey",
    "SpokenLine",
    "parse_id",
    "private_storage",
]
