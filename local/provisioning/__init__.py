"""What the embedded AWS's CloudFormation needs around its resource types: schemas, names, tags, imports."""
