"""Addresses of the room, below the one of the invitation."""

from django.urls import path

from portal.room import video, views

urlpatterns = [
    path("", views.room_page, name="portal-room"),
    path("enter/", views.enter, name="portal-room-enter"),
    path("leave/", views.leave, name="portal-room-leave"),
    path("choice/", views.make_choice, name="portal-room-choice"),
    path("requirement/", views.answer_requirement, name="portal-room-requirement"),
    path("answers/", views.list_answers, name="portal-room-answers"),
    path("takes/<uuid:take>/", views.open_take_view, name="portal-room-take"),
    path("takes/<uuid:take>/chunks/<int:number>/", views.add_chunk_view, name="portal-room-chunk"),
    path("takes/<uuid:take>/send/", views.send_take_view, name="portal-room-send"),
    path("takes/<uuid:take>/sound/", views.take_sound, name="portal-room-sound"),
    path("video/", video.choose_video_view, name="portal-room-video"),
    path("video/withdraw/", video.withdraw_video_view, name="portal-room-video-withdraw"),
    path("takes/<uuid:take>/clips/<uuid:clip>/", video.open_clip_view, name="portal-room-clip"),
    path("clips/<uuid:clip>/chunks/<int:number>/", video.add_clip_chunk_view, name="portal-room-clip-chunk"),
    path("clips/<uuid:clip>/close/", video.close_clip_view, name="portal-room-clip-close"),
]
