"""What Jellyfin and Emby share: two servers of the same ancestry."""
