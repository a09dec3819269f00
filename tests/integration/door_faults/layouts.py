"""The tables of every source as small good CSV files."""

from __future__ import annotations

from tests.integration.door_faults.harness import DAY, GOOD, Layout

DECLARATIONS = Layout(
    "consent",
    f"samtykker_{DAY}.csv",
    ("CPR-nr.", "Projekt", "Afgivet", "Tilbagekaldt", "Omfang"),
    tuple((GOOD[n], "MA", "01-02-2020", "", "survey") for n in range(3)),
    may_be_blank=("Tilbagekaldt", "Omfang"),
)
PARTICIPANTS = Layout(
    "monitoring",
    f"deltagere_{DAY}.csv",
    ("CPR-nr.", "Projekt", "A-kasse", "Hold", "Startdato", "Slutdato", "Rekruttering"),
    tuple((GOOD[n], "MA", "HK", "1", "06-01-2020", "30-06-2020", "Invitation") for n in range(3)),
    optional=("Rekruttering",),
    may_be_blank=("Slutdato", "Rekruttering"),
)
ACTIVITIES = Layout(
    "monitoring",
    f"aktiviteter_{DAY}.csv",
    ("CPR-nr.", "Projekt", "Aktivitet", "Dato", "Timer", "Form", "Status"),
    tuple((GOOD[n], "MA", "Workshop", "10-01-2020", "2,5", "Fysisk", "Aflyst") for n in range(3)),
    optional=("Timer",),
    may_be_blank=("Timer",),
)
JOB_STATUSES = Layout(
    "monitoring",
    f"jobstatus_{DAY}.csv",
    ("CPR-nr.", "Projekt", "Dato", "Jobstatus"),
    tuple((GOOD[n], "MA", "10-01-2020", "Ledig") for n in range(3)),
)
INVITATIONS = Layout(
    "survey",
    f"invitationer_{DAY}.csv",
    ("Respondent", "CPR-nr.", "Projekt", "Udsendt", "Status"),
    tuple((f"R{n}", GOOD[n], "MA", "01-02-2021", "Besvaret") for n in range(3)),
)
ANSWERS = Layout(
    "survey",
    f"besvarelser_{DAY}.csv",
    ("Respondent", "Besvaret", "q1", "q2_1", "q3"),
    tuple((f"R{n}", "01-03-2021", "1", "0", "Fint") for n in range(3)),
    optional=("q1", "q2_1", "q3"),
    may_be_blank=("q1", "q2_1", "q3"),
)
CODEBOOK = Layout(
    "survey",
    f"kodebog_{DAY}.csv",
    ("Variabel", "Spørgsmål", "Udsagn", "Type", "Kode", "Label", "Betingelse"),
    (
        ("q1", "Interesse?", "", "enkelt", "1", "Ja", ""),
        ("q1", "Interesse?", "", "enkelt", "2", "Nej", ""),
        ("q2_1", "Hvorfor?", "Job", "multi", "1", "Ja", "q1 in 1"),
        ("q3", "Uddyb", "", "fritekst", "", "", ""),
    ),
    may_be_blank=("Udsagn", "Label", "Betingelse"),
)
PULL = Layout(
    "register",
    f"dream_{DAY}.csv",
    ("PNR", "koen", "foed_dag", "ie_type", "y_2001", "y_2002", "branche_2020_01"),
    tuple((GOOD[n], "1", "01-01-1960", "1", "111", "", "11100") for n in range(3)),
    optional=("y_2001", "y_2002", "branche_2020_01"),
    may_be_blank=("koen", "foed_dag", "ie_type", "y_2001", "y_2002", "branche_2020_01"),
)
INDICATORS = Layout(
    "results",
    f"resultater_{DAY}.csv",
    ("Projekt", "Indikator", "Mål", "Resultat", "Enhed", "Opgjort", "Kilde"),
    (("MA", "I job", "50", "54,5", "pct", "01-02-2021", "Rapport"),),
    may_be_blank=("Mål", "Resultat", "Opgjort", "Kilde"),
)

LAYOUTS = {
    "declarations": DECLARATIONS,
    "participants": PARTICIPANTS,
    "activities": ACTIVITIES,
    "job statuses": JOB_STATUSES,
    "invitations": INVITATIONS,
    "answers": ANSWERS,
    "codebook": CODEBOOK,
    "pull": PULL,
    "indicators": INDICATORS,
}
