"""The properties of AWS::S3::Bucket, said in the parameters of S3's API.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""
