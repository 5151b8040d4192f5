"""Reports in the languages that mail systems write, without a code or a machine-readable part to lean on."""

from __future__ import annotations

import pytest

from tests.bounce_mails import text
from zetkin_sync.bounces.reader import read
from zetkin_sync.bounces.reasons import decide
from zetkin_sync.bounces.verdict import Kind, Reason

ANNA = "anna@exempel.example"

UNKNOWN = {
    "sv": ("Olevererbart: hej", "Ditt meddelande gick inte att leverera till:\n\n{a}\nMottagaren finns inte.\n"),
    "da": ("Kan ikke leveres: hej", "Din meddelelse kunne ikke leveres til:\n\n{a}\nukendt modtager\n"),
    "fi": ("Ei voi toimittaa: hei", "Viestiä ei voitu toimittaa vastaanottajille:\n\n{a}\ntuntematon vastaanottaja\n"),
    "de": ("Unzustellbar: Hallo", "Die Nachricht konnte nicht zugestellt werden:\n\n{a}\n  Empfänger unbekannt\n"),
    "nl": ("Onbestelbaar: hoi", "Uw bericht kon niet worden bezorgd bij:\n\n{a}\nonbekende gebruiker\n"),
    "fr": ("Non remis : bonjour", "Votre message n'a pas été remis au destinataire :\n\n{a}\nAdresse inconnue\n"),
    "es": ("No se puede entregar: hola", "No se pudo entregar el mensaje a:\n\n{a}\nusuario desconocido\n"),
    "it": ("Non recapitabile: ciao", "Impossibile recapitare il messaggio a:\n\n{a}: utente sconosciuto\n"),
    "pt": ("Não entregue: oi", "Não foi possível entregar sua mensagem para {a}\nusuário não encontrado\n"),
    "pl": ("Niedostarczalne: x", "Nie można dostarczyć wiadomości do:\n\n{a}\nużytkownik nie istnieje\n"),
    "ru": ("Недоставлено: x", "Не удается доставить сообщение:\n\n{a}\nпользователь не найден\n"),
}  # fmt: skip


@pytest.mark.parametrize("language", UNKNOWN)
def test_an_address_that_does_not_exist_is_understood_in_each_language(language: str) -> None:
    subject, words = UNKNOWN[language]
    reading = read(text(words.format(a=ANNA), subject=subject, sender="postmaster@mx.example"))
    assert reading.kind is Kind.HARD
    assert [(f.address, f.reason) for f in reading.failures] == [(ANNA, Reason.UNKNOWN_USER)]


@pytest.mark.parametrize(
    "said",
    [
        "Brevlådan är full",
        "Das Postfach des Empfängers ist voll",
        "La casella di posta del destinatario è piena",
        "Boîte aux lettres pleine",
        "El buzón del destinatario está lleno",
        "Postkassen er fuld",
        "почтовый ящик переполнен",
    ],
)
def test_a_full_mailbox_is_understood_in_each_language(said: str) -> None:
    assert decide(said=said).reason is Reason.FULL


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", Reason.RESTRICTED),
        ("550 5.7.9 This mail has been blocked because of authentication failure", Reason.AUTHENTICATION),
        ("550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.", Reason.REPUTATION),
        ("450 4.2.0 Recipient address rejected: Greylisted", Reason.POLICY),
        ("554 5.4.4 Unable to lookup DNS for exempel.example", Reason.UNKNOWN_DOMAIN),
    ],
)  # fmt: skip
def test_what_large_providers_say_is_read_as_what_they_mean(said: str, reason: Reason) -> None:
    assert decide(said=said).reason is reason


def test_an_answer_that_says_only_that_somebody_is_away_is_an_automatic_one() -> None:
    away = text(
        "I am out of the office until Monday. Please contact bo@exempel.example.\n",
        sender=ANNA,
        subject="Re: Kallelse",
        headers="In-Reply-To: <b1@forening.example>\nPrecedence: bulk\n",
    )
    assert read(away).kind is Kind.AUTOREPLY


def test_a_report_that_its_server_marks_as_a_reply_stays_a_report() -> None:
    marked = text(
        f"Ditt meddelande kunde inte levereras:\n\n{ANNA}\n550 5.1.1 User unknown\n",
        sender="noreply@exempel.example",
        subject="Undelivered mail",
        headers="Auto-Submitted: auto-replied\n",
    )
    assert read(marked).kind is Kind.HARD
