"""`python -m pixhaul` is `pixhaul`."""

from pixhaul.cli import main

if __name__ == "__main__":
    main()
