"""How many seconds each phase of a request may take by default.

Not in the module of Timeouts: every command reads settings, and few make a request.
"""

from typing import Final

CONNECT: Final = 5.0
HEALTH: Final = 2.0
METADATA: Final = 30.0
FIRST_TOKEN: Final = 600.0
BETWEEN_TOKENS: Final = 120.0
PULL: Final = 1800.0
