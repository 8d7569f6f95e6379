"""The routes by what they are about; each names the permission it needs where it is declared."""
