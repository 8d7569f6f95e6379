"""``python -m ringfence``."""

from ringfence.main import main

main()
