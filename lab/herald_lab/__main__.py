"""`python3 -m herald_lab` runs the lab."""

import sys

from .cli import main

sys.exit(main())
