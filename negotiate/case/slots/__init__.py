"""The slots through which a lever enters a model."""
