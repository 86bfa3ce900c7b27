"""Compile the translations that changed; run by make before anything else does."""

from koumen.cli.catalogues import compile_catalogues

if __name__ == "__main__":
    compile_catalogues()
