"""Is this receipt real? Answered without signing in, by what the QR code or the paper says."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from koumen.documents.queries import verify_pdf
from koumen.kit import clock
from koumen.kit.actor import SYSTEM
from koumen.kit.errors import Missing
from koumen.payments import commands as payments
from koumen.payments import queries
from koumen.web.ui.limits import is_allowed, too_many

LARGEST_PDF = 6 * 1024 * 1024  # bytes; a receipt has 30 kB, a report of the books with 5,000 rows 5 MB


class FindForm(forms.Form):
    """The code printed under the QR, or the PDF itself."""

    code = forms.CharField(label=gettext_lazy("Code under the QR picture"), required=False, max_length=64)
    file = forms.FileField(label=gettext_lazy("Or the receipt as a PDF file"), required=False)


@require_GET
def show(request: HttpRequest, token: str) -> HttpResponse:
    """What we booked under this code; whoever holds the paper may compare."""
    return render(
        request, "public/receipt.html", {"receipt": queries.public_receipt(token=token), "token": token}
    )


@require_GET
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The signed PDF for whoever holds its code."""
    del request
    receipt = queries.public_receipt(token=token)
    content = payments.receipt_pdf(receipt_id=receipt.id, actor=SYSTEM, at=clock.now())
    return HttpResponse(content, content_type="application/pdf")


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Type the code, or hand in the file and have its signature judged."""
    form = FindForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file and not is_allowed(request, "receipt_file"):
            return too_many(request, "receipt_file")
        if file:
            if file.size > LARGEST_PDF:
                form.add_error("file", gettext_lazy("This file is too large to be one of our receipts."))
            else:
                _judge(file.read(), context)
        elif form.cleaned_data["code"]:
            try:
                receipt = queries.receipt_by_code(code=form.cleaned_data["code"])
                return redirect("public_receipt", token=receipt.token)
            except Missing:
                form.add_error(
                    "code", gettext_lazy("We have no receipt with this code. Look again, or call us.")
                )
        else:
            form.add_error("code", gettext_lazy("Please type the code or choose the file."))
    return render(request, "public/find_receipt.html", context)


def _judge(pdf: bytes, context: dict[str, object]) -> None:
    """A genuine file may be of a receipt that counts no more."""
    context["judged"] = judged = verify_pdf(pdf)
    context["receipt"] = queries.receipt_of_pdf(pdf=pdf) if judged.is_genuine else None
