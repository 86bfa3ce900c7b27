"""The words everyone uses: pure Python, no Django."""
