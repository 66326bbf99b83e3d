"""EC2: instances, images, volumes, snapshots, networks."""
