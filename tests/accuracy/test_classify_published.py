"""Examples that authors name for their own classes, described by facets, and where the rules put them.

How an example is put into facets is our reading, once for all sources: every facet is said, also those that the class
at hand does not ask for. What is checked is that the rules then give the author's class.
"""

import pytest
from tests.checked import Source

from coproduce.questions.classify import classify_facets
from coproduce.vocabulary import FACETS, TYPOLOGIES

NAMES = [name for name in FACETS if name != "relation"]
EXAMPLES = {
    "participatory budgeting": "commission prioritise collective community_member community voluntary voice knowledge "
    "core both professionals organisation service_system",
    "personal budgets": "commission prioritise individual user self voluntary voice knowledge "
    "core both professionals organisation own_service",
    "Planning for Real": "commission plan collective community_member community voluntary voice knowledge "
    "core both professionals organisation service_system",
    "fundraising": "commission finance collective community_member community voluntary action money "
    "complementary both professionals citizens service_system",
    "customer journey mapping": "design ideate group user similar_others voluntary voice knowledge "
    "core both professionals organisation service_system",
    "school governors": "deliver manage collective community_member community voluntary voice time "
    "complementary both both organisation service_system",
    "leisure centre trusts": "deliver manage group self_organised_group community voluntary action time "
    "core both citizens citizens service_system",
    "expert patients": "deliver perform group user similar_others voluntary action knowledge "
    "core both both organisation service_system",
    "neighbourhood watch": "deliver perform group community_member community voluntary action time "
    "core both both citizens service_system",
    "tenant inspectors": "assess monitor group user similar_others voluntary voice knowledge "
    "core both professionals organisation service_system",
    "ratings by users, online": "assess evaluate individual user similar_others voluntary voice knowledge "
    "core professionals professionals organisation service_system",
    "village appraisals": "assess evaluate collective community_member community voluntary voice knowledge "
    "core both professionals organisation service_system",
    "sorting household refuse": "deliver perform individual user community compelled action behaviour "
    "core professionals both organisation own_service",
    "residents shape an area for outdoor recreation": "design ideate group community_member community voluntary voice "
    "knowledge core both professionals organisation service_system",
    "citizens open the monuments of Naples": "deliver perform collective community_member community voluntary action "
    "time complementary both both citizens service_system",
    "calling the police": "deliver perform individual user self voluntary voice knowledge "
    "core professionals professionals citizens own_service",
    "putting refuse at the kerb": "deliver perform individual user self voluntary action time "
    "core professionals professionals organisation own_service",
    "pupils and teachers": "deliver perform individual user self inherent action behaviour "
    "core professionals both organisation own_service",
    "reporting faults of streets": "assess monitor collective community_member community voluntary voice knowledge "
    "core professionals professionals citizens service_system",
    "making use of open data": "deliver perform collective community_member community voluntary action knowledge "
    "complementary professionals citizens organisation service_system",
    "writing postcodes": "deliver perform individual user self voluntary action time "
    "core professionals both organisation own_service",
    "the long-term unemployed look for work": "deliver perform individual user self inherent action behaviour "
    "core professionals both organisation own_service",
    "paying taxes": "deliver perform individual user community compelled action money "
    "core professionals both organisation own_service",
    "condominial sewers in Brazil": "deliver perform group user similar_others voluntary action time "
    "core both both organisation service_system",
    "parents in childcare co-operatives": "deliver perform group carer self voluntary action time "
    "core both both citizens own_service",
    "clients design their treatment with staff": "design customise individual user self voluntary voice knowledge "
    "core both both organisation own_service",
    "pupils and parents design lessons with teachers": "design ideate group user similar_others voluntary voice "
    "knowledge core both both organisation service_system",
}


def source(cite):
    return Source(question="classify", cite=cite)


TWELVE = source(
    "Bovaird and Loeffler (2012), Voluntas 23(4), 1119-1138, their list of examples (as recalled)"
)
VOORBERG = source(
    "Voorberg, Bekkers and Tummers (2015), Public Management Review 17(9), 1333-1357, on Ben-Ari (1990), Wipf et al. "
    "(2009) and Rossi (2004) (as recalled)"
)
WHITAKER = source("Whitaker (1980), Public Administration Review 40(3), 240-246 (as recalled)")
LINDERS = source(
    "Linders (2012), Government Information Quarterly 29(4), 446-454, SeeClickFix and Data.gov (as recalled)"
)
NABATCHI = source(
    "Nabatchi, Sancino and Sicilia (2017), Public Administration Review 77(5), 766-776 (as recalled)"
)
BRUDNEY = source("Brudney and England (1983), Public Administration Review 43(1), 59-65 (as recalled)")
PESTOFF = source(
    "Brandsen and Pestoff (2006), Public Management Review 8(4), 493-501, on childcare (Pestoff, 503-519) (as recalled)"
)
ALFORD = source("Alford (2009), Engaging Public Sector Clients, its three cases (as recalled)")
OSTROM = source("Ostrom (1996), World Development 24(6), 1073-1087, abstract and first case")
RADBOUD = source(
    "Radboud University, Co-Production in Public Services (Brandsen, Honingh and others), web page"
)
CLASSES = [
    (TWELVE, "four_cos", "Co-prioritising", ("participatory budgeting", "personal budgets")),
    (TWELVE, "four_cos", "Co-planning", ("Planning for Real",)),
    (TWELVE, "four_cos", "Co-financing", ("fundraising",)),
    (TWELVE, "four_cos", "Co-design", ("customer journey mapping",)),
    (TWELVE, "four_cos", "Co-managing", ("school governors", "leisure centre trusts")),
    (TWELVE, "four_cos", "Co-performing", ("expert patients", "neighbourhood watch")),
    (
        TWELVE,
        "four_cos",
        "Co-assessment",
        ("tenant inspectors", "ratings by users, online", "village appraisals"),
    ),
    (VOORBERG, "voorberg_2015", "Citizen as co-implementer", ("sorting household refuse",)),
    (
        VOORBERG,
        "voorberg_2015",
        "Citizen as co-designer",
        ("residents shape an area for outdoor recreation",),
    ),
    (VOORBERG, "voorberg_2015", "Citizen as co-initiator", ("citizens open the monuments of Naples",)),
    (WHITAKER, "whitaker_1980", "Requesting assistance", ("calling the police",)),
    (WHITAKER, "whitaker_1980", "Providing assistance", ("putting refuse at the kerb",)),
    (WHITAKER, "whitaker_1980", "Mutual adjustment", ("pupils and teachers",)),
    (LINDERS, "linders_2012", "Citizen sourcing", ("reporting faults of streets",)),
    (LINDERS, "linders_2012", "Government as a platform", ("making use of open data",)),
    (NABATCHI, "nabatchi_2017", "Collective co-commissioning", ("participatory budgeting",)),
    (BRUDNEY, "brudney_england_1983", "Group co-production", ("neighbourhood watch",)),
    (PESTOFF, "brandsen_pestoff_2006", "Co-production", ("parents in childcare co-operatives",)),
]
COUNTS = [
    (ALFORD, "alford_2009", ("writing postcodes", "the long-term unemployed look for work", "paying taxes")),
    (OSTROM, "ostrom_1996", ("condominial sewers in Brazil",)),
    (
        RADBOUD,
        "brandsen_honingh_2016",
        (
            "clients design their treatment with staff",
            "pupils and parents design lessons with teachers",
            "neighbourhood watch",
        ),
    ),
]


def found(example, table):
    """What the question answers for an example, definition by definition or typology by typology."""
    words = EXAMPLES[example].split()
    facets = dict(zip(NAMES, words, strict=True))
    return list(classify_facets(facets).tables[table].records())


def within(typology, name):
    """The labels of a class and of the classes that it is the whole of."""
    classes = TYPOLOGIES[typology].classes
    [whole] = [one.key for one in classes if one.label == name]
    return {one.label for one in classes if whole in (one.key, one.broader)}


@pytest.mark.parametrize(("published", "typology", "name", "examples"), CLASSES)
def test_the_class_is_the_authors(published, typology, name, examples, checked):
    for example in examples:
        [ours] = [row["class"] for row in found(example, "typologies") if row["typology"] == typology]
        checked.same(published, example, ours=name if ours in within(typology, name) else ours, theirs=name)


@pytest.mark.parametrize(("published", "definition", "examples"), COUNTS)
def test_it_counts_where_the_authors_say_so(published, definition, examples, checked):
    for example in examples:
        [counts] = [row["counts"] for row in found(example, "definitions") if row["definition"] == definition]
        checked.same(published, example, ours=counts, theirs="yes", shown="it counts as co-production")
