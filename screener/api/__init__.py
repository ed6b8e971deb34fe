"""The manners that all API views share (DESIGN sections 7 and 9).

Settings name classes in here that `rest_framework.views` asks for while it is itself being imported, so `access`,
`paging` and `input` must not import views.
"""
