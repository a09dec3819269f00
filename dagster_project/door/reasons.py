"""Why a file was refused or a row rejected: the whole catalogue, in plain words, English first and then Danish.

What belongs here: sentences. What does not: deciding when they apply. No sentence ever quotes a cell, because any cell
may be a person's key in the wrong column; closed lists name what is allowed, never what was found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Reason:
    """One explanation in two languages; each ends with a full stop."""

    english: str
    danish: str

    def __str__(self) -> str:
        return f"{self.english} / {self.danish}"

    def about(self, subject: str) -> str:
        """The sentence pair with what it is about in front of both, for example a masked file name."""
        return f"{subject}: {self.english} / {subject}: {self.danish}"


class Refusal(Exception):
    """Raised inside the door when a whole file has to be refused; `reason` is all that may be shown."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.english)
        self.reason = reason


# ---- a cell cannot be understood: the row is rejected ----------------------------------------------------------------

BLANK = Reason("The cell is blank, and a value is required.", "Cellen er tom, og der skal stå en værdi.")
EXCEL_ERROR = Reason(
    "The cell holds an Excel error (such as #N/A or #REF!); correct its formula or write the value.",
    "Cellen indeholder en Excel-fejl (som #N/A eller #REF!); ret formlen, eller skriv værdien.",
)
NOT_A_DATE = Reason(
    "Not a date; write it as 31-12-2020 or 2020-12-31.", "Ikke en dato; skriv den som 31-12-2020 eller 2020-12-31."
)
IMPOSSIBLE_DATE = Reason("This date does not exist.", "Datoen findes ikke.")
NOT_A_CPR = Reason(
    "Not a CPR number; it has ten digits (DDMMYY-SSSS).", "Ikke et CPR-nummer; det har ti cifre (DDMMÅÅ-SSSS)."
)
CPR_DATE = Reason(
    "Not a CPR number; its first six digits are not a date that exists.",
    "Ikke et CPR-nummer; de første seks cifre er ikke en dato, der findes.",
)
NOT_A_NUMBER = Reason(
    "Not a number; write it with digits and at most one decimal comma or point.",
    "Ikke et tal; skriv det med cifre og højst ét decimalkomma eller -punktum.",
)
LIKE_A_CPR = Reason(
    "The number has as many digits as a CPR number; look for a key in the wrong column.",
    "Tallet har lige så mange cifre som et CPR-nummer; se efter et nummer i den forkerte kolonne.",
)
NOT_WHOLE = Reason("Not a whole number.", "Ikke et helt tal.")
UNKNOWN_PROJECT = Reason(
    "Not the code of a known project; see the list of projects.",
    "Ikke koden for et kendt projekt; se listen over projekter.",
)
BENEFIT_CODE = Reason("A benefit code has three digits.", "En ydelseskode har tre cifre.")
INDUSTRY_CODE = Reason("An industry code has at most six digits.", "En branchekode har højst seks cifre.")
TOO_MANY_CELLS = Reason(
    "The row has more cells than there are headings; look for a delimiter inside a text.",
    "Rækken har flere celler, end der er overskrifter; se efter et skilletegn inde i en tekst.",
)
SECOND_ROW = Reason(
    "The same key stands in an earlier row of the file; the first row counts.",
    "Den samme nøgle står i en tidligere række i filen; den første række tæller.",
)
CODE_NEEDED = Reason(
    "A code is required in every row that is not free text.", "Der skal stå en kode i hver række, der ikke er fritekst."
)
CODE_NOT_IN_CODEBOOK = Reason(
    "The code is not among the variable's codes in the codebook in force.",
    "Koden er ikke blandt variablens koder i den gældende kodebog.",
)


def not_in_list(words: Iterable[str]) -> Reason:
    """The cell is not one of a closed list's words."""
    allowed = ", ".join(word.capitalize() for word in words)
    return Reason(f"Not one of the allowed values: {allowed}.", f"Ikke en af de tilladte værdier: {allowed}.")


# ---- the file cannot be used: it is refused -------------------------------------------------------------------------

NO_DATE = Reason(
    "The file name has no extraction date; name it <name>_<YYYY-MM-DD>.<extension> and deliver it again.",
    "Filnavnet har ingen udtræksdato; kald filen <navn>_<ÅÅÅÅ-MM-DD>.<endelse> og levér den igen.",
)
UNREADABLE = Reason(
    "The file could not be opened; check that it is complete and deliver it again.",
    "Filen kunne ikke åbnes; undersøg, om den er hel, og levér den igen.",
)
CHANGED = Reason(
    "The file changed while it was being read; it is tried again at the next run.",
    "Filen blev ændret, mens den blev læst; den prøves igen ved næste kørsel.",
)
ENCODING = Reason(
    "The text encoding is not known; save the file as CSV UTF-8 and deliver it again.",
    "Tegnsættet er ukendt; gem filen som CSV UTF-8 og levér den igen.",
)
QUOTES = Reason(
    "A quotation mark is not closed or stands inside a quoted text; save the file again from the program it came from.",
    "Et anførselstegn er ikke lukket eller står inde i en tekst i anførselstegn; gem filen igen fra det program, "
    "den kom fra.",
)
NESTED = Reason(
    "A column holds lists or records instead of single values; deliver a flat table.",
    "En kolonne indeholder lister eller poster i stedet for enkelte værdier; levér en flad tabel.",
)
NO_ROWS = Reason(
    "There is a heading but not one row under it; deliver the file with its rows.",
    "Der er en overskrift, men ingen rækker under den; levér filen med dens rækker.",
)
NO_WEEKS = Reason(
    "The pull has no week column (y_YYWW); deliver the pull with its weeks.",
    "Udtrækket har ingen ugekolonne (y_ÅÅUU); levér udtrækket med dets uger.",
)
NO_YEAR = Reason(
    "The week columns (y_01 to y_53) do not say which year they belong to; name the file with its year, like "
    "dream2018_<YYYY-MM-DD>.",
    "Ugekolonnerne (y_01 til y_53) siger ikke, hvilket år de hører til; kald filen noget med året, som "
    "dream2018_<ÅÅÅÅ-MM-DD>.",
)
TOO_LARGE = Reason(
    "The file is larger unpacked than the limit allows; split it, or raise the limit if the size is right.",
    "Filen fylder udpakket mere end grænsen; del den, eller hæv grænsen, hvis størrelsen er rigtig.",
)
TOO_MANY_COLUMNS = Reason(
    "The file has more columns than the limit allows; remove the extra ones, or raise the limit.",
    "Filen har flere kolonner end grænsen; fjern de overflødige, eller hæv grænsen.",
)
CELL_TOO_LONG = Reason(
    "A cell is longer than the limit allows; shorten it, or raise the limit.",
    "En celle er længere end grænsen; forkort den, eller hæv grænsen.",
)
ROW_TOO_LONG = Reason(
    "A row of the file is too long to be one person's; check that each person has a row of their own and deliver it "
    "again.",
    "En række i filen er for lang til at være én persons; undersøg, om hver person har sin egen række, og levér den "
    "igen.",
)
PURGED = Reason(
    "The file was removed from landing after it was read with another pseudonym key; put it back to have it counted.",
    "Filen blev fjernet fra landing, efter at den var læst med en anden pseudonymnøgle; læg den tilbage, "
    "hvis den skal tælle med.",
)


def astray(folders: Iterable[str]) -> Reason:
    """The file lies beside the folders that are read, or in a folder inside one of them."""
    names = ", ".join(folders)
    return Reason(
        f"The file lies where nothing is read; move it into one of the folders {names}, not deeper.",
        f"Filen ligger, hvor intet læses; flyt den til en af mapperne {names}, ikke dybere.",
    )


def later(as_of: date) -> Reason:
    """The file was extracted after the day the run speaks for."""
    return Reason(
        f"Extracted after {as_of}, the day this run speaks for; it is read when that day has come.",
        f"Udtrukket efter {as_of}, den dag kørslen gælder for; den læses, når dagen er kommet.",
    )


def duplicate(original: str) -> Reason:
    """The same bytes lie in landing under the same extraction date."""
    return Reason(
        f"The same content under the same date as {original}; it counts once, and nothing needs to be done.",
        f"Samme indhold under samme dato som {original}; det tæller én gang, og der skal ikke gøres noget.",
    )


def unknown_format(formats: Iterable[str]) -> Reason:
    """The file name's extension is not one that this source is read in."""
    allowed = ", ".join(f".{name}" for name in formats)
    return Reason(
        f"The file type is not read here; deliver it as {allowed}.",
        f"Filtypen læses ikke her; levér den som {allowed}.",
    )


def unknown_kind(marks: Iterable[str]) -> Reason:
    """The file name does not say which table the file is, or says several."""
    allowed = ", ".join(marks)
    return Reason(
        f"The file name must hold exactly one of the words {allowed}; rename it and deliver it again.",
        f"Filnavnet skal indeholde netop ét af ordene {allowed}; omdøb filen og levér den igen.",
    )


def missing_sheet(sheet: str) -> Reason:
    """A workbook lacks one of its sheets."""
    return Reason(
        f"The sheet {sheet} is missing; add it and deliver the workbook again.",
        f"Arket {sheet} mangler; tilføj det og levér projektmappen igen.",
    )


def sheet_twice(sheet: str) -> Reason:
    """Two sheets of a workbook have the same name but for case and blanks."""
    return Reason(
        f"The sheet {sheet} is there twice; keep one and deliver the workbook again.",
        f"Arket {sheet} findes to gange; behold ét og levér projektmappen igen.",
    )


def in_sheet(sheet: str, reason: Reason) -> Reason:
    """The same reason, said of one sheet."""
    return Reason(f"Sheet {sheet}: {reason.english}", f"Ark {sheet}: {reason.danish}")


def missing_columns(headings: Iterable[str]) -> Reason:
    """No row holds all required headings; these are missing from the row that comes closest."""
    names = ", ".join(headings)
    return Reason(
        f"No heading row with every required column was found; missing: {names}. Add and deliver again.",
        f"Der er ingen overskriftsrække med alle krævede kolonner; der mangler: {names}. Tilføj og levér igen.",
    )


def column_twice(heading: str) -> Reason:
    """A column of the contract, or a week, month or survey variable, stands in two columns."""
    return Reason(
        f"The column {heading} is there twice; keep one and deliver the file again.",
        f"Kolonnen {heading} findes to gange; behold én og levér filen igen.",
    )


def too_many_rejected(rejected: int, rows: int) -> Reason:
    """So many rows were rejected that the file as a whole cannot be trusted."""
    return Reason(
        f"{rejected} of {rows} rows could not be understood; correct the rows listed and deliver the file again.",
        f"{rejected} af {rows} rækker kunne ikke forstås; ret de rækker, der er nævnt, og levér filen igen.",
    )


def condition_unreadable(variable: str) -> Reason:
    """A codebook condition is not of the form `<variable> in <whole number>[,<whole number>...]`."""
    return Reason(
        f"The condition of {variable} cannot be read; write it like q8 in 1,2,3.",
        f"Betingelsen for {variable} kan ikke læses; skriv den som q8 in 1,2,3.",
    )


def condition_unknown_variable(variable: str) -> Reason:
    """A codebook condition names a variable that the codebook does not have."""
    return Reason(
        f"The condition of {variable} names a variable that is not in the codebook; correct it or add the variable.",
        f"Betingelsen for {variable} nævner en variabel, der ikke er i kodebogen; ret den, eller tilføj variablen.",
    )


def several_types(variable: str) -> Reason:
    """The rows of one codebook variable do not agree on its type."""
    return Reason(
        f"The variable {variable} has several types; give all its rows the same one.",
        f"Variablen {variable} har flere typer; giv alle dens rækker den samme.",
    )


def unexpected(kind: str) -> Reason:
    """A reader failed in a way nobody foresaw; the error's class is all that is shown, its text may quote cells."""
    return Reason(
        f"The file could not be read ({kind}); check that it opens and deliver it again.",
        f"Filen kunne ikke læses ({kind}); undersøg, om den kan åbnes, og levér den igen.",
    )


# ---- hostile or mistaken content ------------------------------------------------------------------------------------

OLD_OR_LOCKED = Reason(
    "The workbook has a password or is in the old .xls format; save it as .xlsx without a password.",
    "Projektmappen har adgangskode eller er i det gamle .xls-format; gem den som .xlsx uden adgangskode.",
)
NUL_BYTES = Reason(
    "The file holds NUL characters and is no plain text; save it as CSV UTF-8 and deliver it again.",
    "Filen indeholder NUL-tegn og er ikke ren tekst; gem den som CSV UTF-8 og levér den igen.",
)


READER_DIED = Reason(
    "The file ended its reader: it needs more memory than the limit allows, or it is damaged; check that it opens, "
    "split it, or raise the limit.",
    "Filen fik læseprogrammet til at gå ned: den kræver mere hukommelse end grænsen, eller den er beskadiget; "
    "undersøg, om den kan åbnes, del den, eller hæv grænsen.",
)


def too_slow(seconds: float) -> Reason:
    """Reading took longer than one file may take."""
    return Reason(
        f"The file was not read within {seconds:g} seconds; split it, or raise the limit if the size is right.",
        f"Filen blev ikke læst på {seconds:g} sekunder; del den, eller hæv grænsen, hvis størrelsen er rigtig.",
    )
