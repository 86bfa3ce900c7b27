"""The page of the simulated wallet: what the customer's phone shows after scanning."""

from html import escape
from string import Template

from koumen.kit.money import CURRENCIES, Money
from koumen.simulation.wallet_book import StoredCharge

WORDS = {
    "zh-Hans": {
        "title": "演示钱包",
        "note": "这是演示用的钱包，不会动用真钱。",
        "to": "付给上门还款（上门编号 {visit}）",
        "pay": "确认付款",
        "refuse": "不付",
        "pending": "请核对金额",
        "paid": "已付款",
        "closed": "这个二维码已失效，没有扣钱。",
        "missing": "没有这笔付款。",
    },
    "zh-Hant": {
        "title": "示範錢包",
        "note": "這是示範用的錢包，不會動用真錢。",
        "to": "付給到府還款（到府編號 {visit}）",
        "pay": "確認付款",
        "refuse": "不付",
        "pending": "請核對金額",
        "paid": "已付款",
        "closed": "這個 QR 碼已失效，沒有扣款。",
        "missing": "沒有這筆付款。",
    },
    "en": {
        "title": "Demonstration wallet",
        "note": "This wallet is for demonstrations. No real money moves.",
        "to": "To your repayment at the door (visit {visit})",
        "pay": "Pay",
        "refuse": "Do not pay",
        "pending": "Please check the amount",
        "paid": "Paid",
        "closed": "This QR code is no longer valid. Nothing was taken.",
        "missing": "There is no such payment.",
    },
}

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--paper:#f4f6fb;--card:#fff;--blue:#1d4ea3;--soft:#5a6474}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f6;--paper:#12161d;--card:#1c222c;--blue:#9dbcf5;--soft:#aab3c0}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:20px/1.5 system-ui,"Noto Sans CJK SC",sans-serif}
main{max-width:26rem;margin:0 auto;padding:24px 16px;display:grid;gap:16px}
section{background:var(--card);border-radius:10px;padding:24px;text-align:center}
h1{font-size:20px;margin:0;color:var(--soft);font-weight:600}
.amount{font-size:38px;font-weight:700;margin:8px 0;font-variant-numeric:tabular-nums}
p{margin:0}
.soft{color:var(--soft);font-size:18px}
button{font:inherit;font-weight:600;width:100%;min-height:64px;border-radius:10px;border:2px solid var(--blue);
background:transparent;color:var(--blue);cursor:pointer}
button.first{background:#1d4ea3;border-color:#1d4ea3;color:#fff}
button:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
form{display:grid;gap:16px}
nav{display:flex;gap:16px;justify-content:center}
nav a{color:var(--blue);padding:10px;min-height:44px}
"""

_PAGE = Template(
    '<!doctype html><html lang="$lang"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><title>$title</title>'
    "<style>$style</style></head><body><main><h1>$title</h1>$body<p class=soft>$note</p>"
    '<nav aria-label="Language"><a href="?lang=zh-Hans" lang="zh-Hans">简体</a>'
    '<a href="?lang=zh-Hant" lang="zh-Hant">繁體</a><a href="?lang=en" lang="en">English</a></nav>'
    "</main></body></html>"
)


def language_of(asked: str, accepted: str) -> str:
    """The language asked for, else the first accepted one that we speak, else simplified Chinese."""
    if asked in WORDS:
        return asked
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith(("zh-tw", "zh-hk", "zh-hant")):
            return "zh-Hant"
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return "zh-Hans"


def page(charge: StoredCharge | None, *, is_over: bool, language: str, action: str) -> str:
    """The page of one charge: the amount and two buttons, or what became of it."""
    words = WORDS[language]
    return _PAGE.substitute(
        lang=language,
        title=escape(words["title"]),
        style=STYLE,
        body=_body(charge, is_over=is_over, words=words, action=action),
        note=escape(words["note"]),
    )


def _body(charge: StoredCharge | None, *, is_over: bool, words: dict[str, str], action: str) -> str:
    if charge is None:
        return f"<section><p>{escape(words['missing'])}</p></section>"
    if is_over:
        return f"<section><p>{escape(words['closed'])}</p></section>"
    state = "✓ " + words["paid"] if charge.state == "paid" else words["pending"]
    shown = (
        f"<section><p>{escape(state)}</p><p class=amount>{escape(_amount(charge))}</p>"
        f"<p class=soft>{escape(words['to'].format(visit=charge.description))}</p></section>"
    )
    if charge.state == "paid":
        return shown
    return (
        f'{shown}<form method="post" action="{escape(action)}">'
        f'<button class="first" name="answer" value="pay">{escape(words["pay"])}</button>'
        f'<button name="answer" value="refuse">{escape(words["refuse"])}</button></form>'
    )


def _amount(charge: StoredCharge) -> str:
    currency = CURRENCIES[charge.currency]
    amount = Money(charge.amount_minor, charge.currency).decimal
    return f"{currency.symbol} {amount:,.{currency.minor_units}f}"
