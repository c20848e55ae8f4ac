"""Define-XML 2.1: what the datasets, variables, code lists and derivations of an export are.

Decides the form of the file. What it tells stands in `datasets.yaml` and in the datasets themselves. One file tells
SDTM and ADaM together; whoever submits them apart writes two.
"""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from equipoise.analysis.cdisc.catalogue import Catalogue, Codelist, Declared, read_catalogue
from equipoise.analysis.cdisc.dataset import Column, Dataset, DataType, Origin, Study, item_oid

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
XLINK = "http://www.w3.org/1999/xlink"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_TYPES = {
    DataType.TEXT: "text",
    DataType.INTEGER: "integer",
    DataType.DECIMAL: "float",
    DataType.DATE: "date",
}
COMMENTS = {
    "STUDY": (
        "Made by the program from the event log of the trial. Words are as entered where no term of the CDISC "
        "terminology is sure; adverse events are not coded in MedDRA, and units are not converted."
    ),
    "SOURCE": "Not a variable of the standard: the events of the log from which the row was made.",
    "POOLED": (
        "The arms are pooled. Nothing of the course of a subject from the day of randomisation on is told, for it "
        "would tell the arm; arms, sets that depend on treatment and reasons are left empty."
    ),
}


def render_define(datasets: Sequence[Dataset], study: Study, *, is_masked: bool = False) -> str:
    """
    The Define-XML of these datasets, as the text of a file.

    Parameters
    ----------
    is_masked
        Whether they were made while the arms are pooled; it is then said of each dataset of subjects.
    """
    for prefix, uri in (("", ODM), ("def", DEF), ("xlink", XLINK)):
        ElementTree.register_namespace(prefix, uri)
    catalogue = read_catalogue()
    root = Element(
        _odm("ODM"),
        {
            "ODMVersion": "1.3.2",
            "FileType": "Snapshot",
            "FileOID": f"{study.oid}.define",
            "CreationDateTime": study.made_at_text,
            "Originator": "equipoise",
            "SourceSystem": "equipoise",
            "SourceSystemVersion": study.program_version,
            _def("Context"): "Other",
        },
    )
    told = SubElement(root, _odm("Study"), {"OID": study.oid})
    words = SubElement(told, _odm("GlobalVariables"))
    for name, text in (
        ("StudyName", study.name),
        ("StudyDescription", study.description),
        ("ProtocolName", study.name),
    ):
        SubElement(words, _odm(name)).text = text
    _add_metadata(told, datasets, study, catalogue, is_masked)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add_metadata(
    parent: Element, datasets: Sequence[Dataset], study: Study, catalogue: Catalogue, is_masked: bool
) -> None:
    metadata = SubElement(
        parent,
        _odm("MetaDataVersion"),
        {
            "OID": study.metadata_oid,
            "Name": f"Data definitions of {study.name}",
            _def("DefineVersion"): "2.1.0",
            _def("CommentOID"): "COM.STUDY",
        },
    )
    models = dict.fromkeys(catalogue.datasets[one.name].model for one in datasets)
    standards = SubElement(metadata, _def("Standards"))
    for model in models:
        name, version = catalogue.standards[model]
        attributes = {"OID": f"STD.{model}", "Name": name, "Type": "IG", "Version": version, "Status": "Final"}
        SubElement(standards, _def("Standard"), attributes)
    for dataset in datasets:
        _add_dataset(metadata, dataset, catalogue.datasets[dataset.name], is_masked)
    for dataset in datasets:
        for column in dataset.columns:
            _add_item(metadata, dataset, column)
    columns = [column for dataset in datasets for column in dataset.columns]
    for name in _used(column.codelist for column in columns):
        _add_codelist(metadata, name, catalogue.codelists[name])
    for name in _used(column.method for column in columns):
        attributes = {"OID": f"MT.{name}", "Name": name, "Type": "Computation"}
        _describe(SubElement(metadata, _odm("MethodDef"), attributes), catalogue.methods[name])
    for name, text in COMMENTS.items():
        if name != "POOLED" or is_masked:
            _describe(SubElement(metadata, _def("CommentDef"), {"OID": f"COM.{name}"}), text)


def _used(names: Iterable[str | None]) -> list[str]:
    return sorted({name for name in names if name is not None})


def _add_dataset(parent: Element, dataset: Dataset, declared: Declared, is_masked: bool) -> None:
    is_adam = declared.model == "ADaM"
    attributes = {
        "OID": dataset.oid,
        "Name": dataset.name,
        "Repeating": "No" if dataset.keys == ("STUDYID", "USUBJID") else "Yes",
        "IsReferenceData": "Yes" if declared.is_reference else "No",
        "SASDatasetName": dataset.name,
        "Purpose": "Analysis" if is_adam else "Tabulation",
        _def("Structure"): declared.structure,
        _def("StandardOID"): f"STD.{declared.model}",
        _def("ArchiveLocationID"): f"LF.{dataset.name}",
    }
    if not is_adam:
        attributes["Domain"] = dataset.name
    if not dataset.rows:
        attributes[_def("HasNoData")] = "Yes"
    if is_masked and not declared.is_reference:
        attributes[_def("CommentOID")] = "COM.POOLED"
    group = SubElement(parent, _odm("ItemGroupDef"), attributes)
    _describe(group, dataset.label)
    for number, column in enumerate(dataset.columns, 1):
        SubElement(group, _odm("ItemRef"), _reference(dataset, column, number))
    SubElement(group, _def("Class"), {"Name": declared.class_name})
    file = f"{dataset.name.lower()}.json"
    leaf = SubElement(group, _def("leaf"), {"ID": f"LF.{dataset.name}", f"{{{XLINK}}}href": file})
    SubElement(leaf, _def("title")).text = file


def _reference(dataset: Dataset, column: Column, number: int) -> dict[str, str]:
    reference = {
        "ItemOID": item_oid(dataset.name, column.name),
        "OrderNumber": str(number),
        "Mandatory": "Yes" if column.name in ("STUDYID", "DOMAIN", "RDOMAIN", "RELID") else "No",
    }
    if column.key_sequence is not None:
        reference["KeySequence"] = str(column.key_sequence)
    if column.method is not None:
        reference["MethodOID"] = f"MT.{column.method}"
    if not column.is_standard:
        reference[_def("IsNonStandard")] = "Yes"
    return reference


def _add_item(parent: Element, dataset: Dataset, column: Column) -> None:
    attributes = {
        "OID": item_oid(dataset.name, column.name),
        "Name": column.name,
        "SASFieldName": column.name,
        "DataType": _TYPES[column.data_type],
    }
    if column.length is not None:
        attributes["Length"] = str(column.length)
    if column.data_type is DataType.DECIMAL:
        attributes["SignificantDigits"] = str(_count_places(dataset, column))
    if column.is_numeric_date:
        attributes[_def("DisplayFormat")] = "E8601DA."
    if not column.is_standard:
        attributes[_def("CommentOID")] = "COM.SOURCE"
    item = SubElement(parent, _odm("ItemDef"), attributes)
    _describe(item, column.label)
    if column.codelist is not None:
        SubElement(item, _odm("CodeListRef"), {"CodeListOID": f"CL.{column.codelist}"})
    origin = {"Type": column.origin.value}
    if column.origin is Origin.COLLECTED:
        origin["Source"] = "Investigator"
    elif column.origin in (Origin.ASSIGNED, Origin.DERIVED, Origin.PROTOCOL):
        origin["Source"] = "Sponsor"
    told = SubElement(item, _def("Origin"), origin)
    if column.origin is Origin.PREDECESSOR:
        _describe(told, _name_predecessor(dataset.name, column.name))


def _count_places(dataset: Dataset, column: Column) -> int:
    """The most digits that stand after a point."""
    texts = (str(one[column.name] or "") for one in dataset.records())
    return max((len(text.partition(".")[2]) for text in texts), default=0)


_PREDECESSORS = {"ADSL": "DM", "ADAE": "AE", "ADLB": "LB"}
_RENAMED = {"TRTP": "TRT01P", "AVALC": "LBSTRESC"}


def _name_predecessor(dataset: str, column: str) -> str:
    source = "ADSL" if column == "TRTP" else _PREDECESSORS.get(dataset, "ADSL")
    return f"{source}.{_RENAMED.get(column, column)}"


def _add_codelist(parent: Element, name: str, codelist: Codelist) -> None:
    attributes = {"OID": f"CL.{name}", "Name": codelist.name, "DataType": codelist.data_type}
    if codelist.code is None:
        attributes[_def("IsNonStandard")] = "Yes"
    element = SubElement(parent, _odm("CodeList"), attributes)
    for value, words in codelist.terms.items():
        item = SubElement(element, _odm("CodeListItem"), {"CodedValue": value})
        decode = SubElement(item, _odm("Decode"))
        SubElement(decode, _odm("TranslatedText"), {LANGUAGE: "en"}).text = words
        if value in codelist.codes:
            SubElement(item, _odm("Alias"), {"Context": "nci:ExtCodeID", "Name": codelist.codes[value]})
    if codelist.code is not None:
        SubElement(element, _odm("Alias"), {"Context": "nci:ExtCodeID", "Name": codelist.code})


def _describe(parent: Element, text: str) -> None:
    description = SubElement(parent, _odm("Description"))
    SubElement(description, _odm("TranslatedText"), {LANGUAGE: "en"}).text = text


def _odm(name: str) -> str:
    return f"{{{ODM}}}{name}"


def _def(name: str) -> str:
    return f"{{{DEF}}}{name}"
