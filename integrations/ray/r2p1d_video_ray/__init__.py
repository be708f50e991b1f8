"""Labels archives of video with r2p1d-video on a Ray cluster: docs/fleet.md says what is promised."""

from .labelling import LabelVideos
from .listing import list_videos
from .output import Unfinished, finish
from .plan import todo
from .worker import WorkerFailed, worker_settings

__all__ = ["LabelVideos", "Unfinished", "WorkerFailed", "finish", "list_videos", "todo", "worker_settings"]
