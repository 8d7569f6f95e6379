"""Models as things to keep: on disk, in a registry, calibrated, reported on, watched for drift, promoted."""
