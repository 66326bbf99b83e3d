"""Glue and Athena: databases, tables, crawlers, workgroups, queries."""

from local.provisioning.kinds import Kind, Made, Properties, chosen, client


def _glue_database(properties: Properties, region: str, _account: str) -> Made:
    client("glue", region).create_database(**chosen(properties, "CatalogId", "DatabaseInput"))
    return properties["DatabaseInput"]["Name"], {}


def _glue_table(properties: Properties, region: str, _account: str) -> Made:
    client("glue", region).create_table(**chosen(properties, "CatalogId", "DatabaseName", "TableInput"))
    return properties["TableInput"]["Name"], {}


def _crawler(properties: Properties, region: str, _account: str) -> Made:
    wanted = (
        "Name",
        "Role",
        "DatabaseName",
        "Description",
        "Targets",
        "TablePrefix",
        "SchemaChangePolicy",
        "RecrawlPolicy",
    )
    client("glue", region).create_crawler(**{key: properties[key] for key in wanted}, Tags=properties["Tags"])
    return properties["Name"], {}


def _workgroup(properties: Properties, region: str, _account: str) -> Made:
    client("athena", region).create_work_group(
        Name=properties["Name"],
        Description=properties["Description"],
        Tags=properties["Tags"],
        Configuration=properties["WorkGroupConfiguration"],
    )
    return properties["Name"], {}


def _named_query(properties: Properties, region: str, _account: str) -> Made:
    wanted = ("Name", "Description", "Database", "QueryString", "WorkGroup")
    answer = client("athena", region).create_named_query(**{key: properties[key] for key in wanted})
    return answer["NamedQueryId"], {"NamedQueryId": answer["NamedQueryId"]}


KINDS = (
    Kind("AWS::Glue::Database", _glue_database, lambda name, region: client("glue", region).delete_database(Name=name)),
    Kind("AWS::Glue::Table", _glue_table),
    Kind("AWS::Glue::Crawler", _crawler, lambda name, region: client("glue", region).delete_crawler(Name=name)),
    Kind(
        "AWS::Athena::WorkGroup",
        _workgroup,
        lambda name, region: client("athena", region).delete_work_group(WorkGroup=name, RecursiveDeleteOption=True),
        left_out=("RecursiveDeleteOption", "State"),
    ),
    Kind("AWS::Athena::NamedQuery", _named_query),
)
