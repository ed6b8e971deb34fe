"""The tasks of this app. Names and arguments stand in queued jobs, so they never change."""

from screener.background.queue import RowTaskHandle, TaskHandle

DIAL = RowTaskHandle("interviews.dial", queue="calls", argument="interview_id")
ASSIGN_CAPACITY = TaskHandle("interviews.fill_line", queue="calls")
FOLLOW_UP = RowTaskHandle("interviews.follow_up", queue="calls", argument="attempt_id")
HANG_UP = RowTaskHandle("interviews.hang_up", queue="calls", argument="attempt_id")
RECONCILE = RowTaskHandle("interviews.ask_about", queue="calls", argument="attempt_id")
SETTLE_CAMPAIGN = RowTaskHandle("interviews.settle_campaign", queue="rest", argument="campaign_id")
FETCH_PRICE = RowTaskHandle("interviews.learn_price", queue="rest", argument="attempt_id")

FETCH_AUDIO = RowTaskHandle("interviews.fetch_audio", queue="answers", argument="recording_id")
TRANSCRIBE = RowTaskHandle("interviews.transcribe", queue="answers", argument="response_id")
ASSESS = RowTaskHandle("interviews.assess", queue="answers", argument="response_id")
CONCLUDE = RowTaskHandle("interviews.conclude", queue="answers", argument="interview_id")
SEND_NOTICE_MAIL = RowTaskHandle("interviews.send_notice_mail", queue="rest", argument="mail_id")
SEND_CANDIDATE_MESSAGE = RowTaskHandle("interviews.send_candidate_message", queue="rest", argument="message_id")
STORE_CLIP = RowTaskHandle("interviews.store_clip", queue="rest", argument="clip_id")
WRITE_PERSONAL_QUESTIONS = RowTaskHandle(
    "interviews.write_personal_questions", queue="rest", argument="personal_questions_id"
)
DELETE_AT_CARRIER = RowTaskHandle("interviews.forget_at_carrier", queue="rest", argument="recording_id")
