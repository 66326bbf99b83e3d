"""Containers and platforms: EKS, ECR and Elastic Beanstalk."""
