"""The settings of a small site. Only lines with literals are read of it by anybody but Pelican."""

import datetime

AUTHOR = "Ada Okafor"
SITENAME = "Harbour notes"
SITEURL = ""
PATH = "content"
TIMEZONE = "Asia/Shanghai"
DEFAULT_LANG = "en"
THEME = "theme"

ARTICLE_PATHS = ["notes", "linux", "common", "drafts", "fr"]
PAGE_PATHS = ["pages"]
PAGE_EXCLUDES = ["pages/old"]
ARTICLE_EXCLUDES = ["notes/private"]
ARTICLE_URL = "{category}/{date:%Y}/{date:%m}/{slug}/"
ARTICLE_SAVE_AS = ARTICLE_URL + "index.html"
ARTICLE_LANG_URL = "{lang}/" + ARTICLE_URL
ARTICLE_LANG_SAVE_AS = ARTICLE_LANG_URL + "index.html"
PAGE_URL = "{slug}/"
PAGE_SAVE_AS = PAGE_URL + "index.html"
PAGE_LANG_URL = "{slug}-{lang}.html"
PAGE_LANG_SAVE_AS = PAGE_LANG_URL
FILENAME_METADATA = r"(?P<date>\d{4}-\d{2}-\d{2})-(?P<slug>[^.]*)"
EXTRA_PATH_METADATA = {"linux/kernel": {"series": "kernel"}}
DEFAULT_METADATA = {"status": "published"}
DEFAULT_CATEGORY = "Loose ends"
WITH_FUTURE_DATES = False

MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.codehilite": {"css_class": "highlight"},
        "markdown.extensions.extra": {},
        "markdown.extensions.meta": {},
        "markdown.extensions.toc": {"permalink": False},
    },
    "output_format": "html5",
}

# What a program makes is not known to who only reads it.
BUILT = datetime.date.today().isoformat()
DELETE_OUTPUT_DIRECTORY = True
DIRECT_TEMPLATES = []
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
AUTHOR_SAVE_AS = ""
TAG_SAVE_AS = ""
STATIC_PATHS = ["images"]
DRAFT_SAVE_AS = DRAFT_PAGE_SAVE_AS = ""
IGNORE_FILES = ["**/.*", "*-draft-*"]
