"""The function that gives the services' secrets a new value, deployed as it stands here."""
