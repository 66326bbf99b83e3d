"""The setup of the AWS SDK: profiles, files, variables, credentials, and what is wrong with them."""
