"""A directory that says who may ask the Thrift Server."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True)
class Ldap:
    """Where the directory is, and under which name it has its users: `people` lets uid=ana,<people> in as ana."""

    url: str
    people: str | None

    def hive_site(self) -> str:
        """The file hive-site.xml: Spark's Thrift Server reads these settings from nowhere else."""
        values = {
            "hive.server2.authentication": "LDAP",
            "hive.server2.authentication.ldap.url": self.url,
            **({"hive.server2.authentication.ldap.baseDN": self.people} if self.people else {}),
        }
        root = ElementTree.Element("configuration")
        for name, value in values.items():
            entry = ElementTree.SubElement(root, "property")
            ElementTree.SubElement(entry, "name").text = name
            ElementTree.SubElement(entry, "value").text = value
        ElementTree.indent(root)
        return ElementTree.tostring(root, encoding="unicode") + "\n"
