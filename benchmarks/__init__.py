"""What Parlor is measured with. Nothing of Parlor imports this; see README.md here."""
