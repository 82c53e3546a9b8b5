"""A project with the four ancestors in it, each as its README has it set up."""

SECRET_KEY = "0123456789abcdef0123456789abcdef"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "magic_link",
    "request_token",
    "visitors",
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "sesame.backends.ModelBackend"]
MIDDLEWARE = [
    "moving_in.sesame_links",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sesame.middleware.AuthenticationMiddleware",
    "request_token.middleware.RequestTokenMiddleware",
    "visitors.middleware.VisitorRequestMiddleware",
    "visitors.middleware.VisitorSessionMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
SESAME_MAX_AGE = 300
