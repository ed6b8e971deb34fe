from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interviews', '0024_validate_outcome_constraint'),
    ]

    operations = [
        migrations.AddField(
            model_name='interview',
            name='repeat_reason',
            field=models.CharField(blank=True, db_default='', default='', help_text='Why someone is interviewed for the job again; empty: this is their first interview for it', max_length=500),
        ),
        migrations.AlterField(
            model_name='interview',
            name='wait_reason',
            field=models.CharField(blank=True, choices=[('scheduled', 'Scheduled for later'), ('no_employer', 'The employer has no name yet'), ('do_not_call_key', 'The key of the do-not-call list is missing'), ('calling_hours', 'Outside the calling hours'), ('number_busy', 'Another call to the number is running'), ('cool_down', 'Pause after a call to the number'), ('number_daily_limit', 'Daily limit of calls to the number'), ('no_capacity', 'All capacity is in use'), ('no_job_capacity', "The job's capacity is in use"), ('job_daily_limit', "The job's daily limit of calls"), ('spend_limit', 'Spend limit for calls'), ('model_budget', 'Monthly budget for models'), ('dial_rate', 'Waiting for its dial slot'), ('carrier_paused', 'Calls are paused for all'), ('carrier_error', 'The carrier did not take the call'), ('no_transcription', 'Transcription is not configured'), ('attempt_spacing', 'Time between two attempts'), ('requested_time', 'The candidate asked for this time'), ('call_back', 'A call back was promised')], db_default='', default='', editable=False, max_length=20),
        ),
        migrations.AlterField(
            model_name='interviewevent',
            name='kind',
            field=models.CharField(choices=[('interview.planned', 'Interview planned'), ('interview.waiting', 'Interview waiting'), ('interview.begun', 'Interview begun'), ('interview.voided', 'Interview voided'), ('interview.person_requested', 'Interview person requested'), ('interview.completed', 'Interview completed'), ('interview.failed', 'Interview failed'), ('interview.cancelled', 'Interview cancelled'), ('interview.refusal_lifted', 'Interview refusal lifted'), ('attempt.planned', 'Attempt planned'), ('attempt.reopened', 'Attempt reopened'), ('attempt.apologised', 'Attempt apologised'), ('attempt.answered', 'Attempt answered'), ('attempt.no_answer', 'Attempt no answer'), ('attempt.busy', 'Attempt busy'), ('attempt.voicemail', 'Attempt voicemail'), ('attempt.hung_up', 'Attempt hung up'), ('attempt.invalid_number', 'Attempt invalid number'), ('attempt.carrier_error', 'Attempt carrier error'), ('attempt.call_later', 'Attempt call later'), ('attempt.not_here', 'Attempt not here'), ('attempt.unknown', 'Attempt unknown'), ('response.planned', 'Question planned'), ('response.asked', 'Question asked'), ('response.answered', 'Question answered'), ('response.transcribed', 'Question transcribed'), ('response.assessed', 'Question assessed'), ('response.second_opinion', 'Question given a second opinion'), ('response.score_chosen', 'Question given another score'), ('response.silent', 'Question silent'), ('response.too_short', 'Question too short'), ('response.skipped', 'Question skipped'), ('response.audio_lost', 'Question audio lost'), ('response.unintelligible', 'Question unintelligible'), ('response.model_unavailable', 'Question model unavailable'), ('response.recording_rejected', 'Question recording rejected'), ('result.ready', 'Result ready'), ('result.incomplete', 'Result incomplete'), ('result.needs_review', 'Result needs review'), ('result.reopened', 'Result reopened'), ('decision.hire', 'Decision hire'), ('decision.consider', 'Decision consider'), ('decision.reject', 'Decision reject')], max_length=60),
        ),
    ]
