from interviews.models.assessment import Assessment
from interviews.models.attempt import Attempt
from interviews.models.call import Call
from interviews.models.campaign import Campaign
from interviews.models.decision import Decision
from interviews.models.dial_rate import DialRate
from interviews.models.eligibility.answer import EligibilityAnswer
from interviews.models.event import EventKind, InterviewEvent, PublicEventType
from interviews.models.interview import Interview
from interviews.models.invitations.candidate_message import (
    CandidateMessage,
    DeliveryReport,
    MessageKind,
    MessageProblem,
    SmsReport,
)
from interviews.models.invitations.feedback import Feedback
from interviews.models.invitations.invitation import Invitation
from interviews.models.notices.mail import MailPace, NoticeMail
from interviews.models.notices.note import Note, NoteVersion
from interviews.models.notices.notice import Notice, NoticeKind
from interviews.models.notices.settings import JobWatch, NoticeSettings
from interviews.models.personal.questions import PersonalQuestions
from interviews.models.recording import Recording
from interviews.models.response import InterviewResponse
from interviews.models.result import InterviewResult
from interviews.models.sharing.access_event import AccessEvent
from interviews.models.sharing.share_link import ShareLink
from interviews.models.transitions.attempt import LockedAttempt, lock_attempt
from interviews.models.transitions.call import LockedCall, lock_call
from interviews.models.transitions.interview import LockedInterview, already_locked, lock_interview
from interviews.models.transitions.recording import LockedRecording
from interviews.models.transitions.response import LockedResponse
from interviews.models.turns.clip import Clip, ClipChunk, VideoChoice
from interviews.models.turns.draft import AnswerDraft
from interviews.models.turns.live_transcript import LiveTranscript
from interviews.models.turns.take import RoomVisit, Take, TakeChunk
from interviews.models.turns.turn_reply import TurnReply
from interviews.wait_reason import WaitReason

__all__ = [
    "AccessEvent",
    "AnswerDraft",
    "Assessment",
    "Attempt",
    "Call",
    "Campaign",
    "CandidateMessage",
    "Clip",
    "ClipChunk",
    "Decision",
    "DeliveryReport",
    "DialRate",
    "EligibilityAnswer",
    "EventKind",
    "Feedback",
    "Interview",
    "InterviewEvent",
    "InterviewResponse",
    "InterviewResult",
    "Invitation",
    "JobWatch",
    "LiveTranscript",
    "LockedAttempt",
    "LockedCall",
    "LockedInterview",
    "LockedRecording",
    "LockedResponse",
    "MailPace",
    "MessageKind",
    "MessageProblem",
    "Note",
    "NoteVersion",
    "Notice",
    "NoticeKind",
    "NoticeMail",
    "NoticeSettings",
    "PersonalQuestions",
    "PublicEventType",
    "Recording",
    "RoomVisit",
    "ShareLink",
    "SmsReport",
    "Take",
    "TakeChunk",
    "TurnReply",
    "VideoChoice",
    "WaitReason",
    "already_locked",
    "lock_attempt",
    "lock_call",
    "lock_interview",
]
