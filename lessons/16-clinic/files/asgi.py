"""The service as the servers on the market want it: a module with an application in it."""

import os

from harbour_clock.app import create_app
from harbour_clock.settings import Settings

app = create_app(Settings.from_environment(os.environ))
