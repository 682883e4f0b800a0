"""Course exercises: randomised variants, checking, feedback."""
