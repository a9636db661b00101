"""The console's calls that store and show pictures."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, NoReturn

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from aicx_tui.models.profile import MAX_FILE_BYTES, StoredFile
from aicx_tui.models.wire import Envelope, WireFieldError
from aicx_tui.sandbox import pictures
from aicx_tui.sandbox.access import ServedPlatform, SignedIn
from aicx_tui.sandbox.pictures import KINDS
from aicx_tui.sandbox.replies import Refusal, refusals, result_reply, too_large

PATH = "/console/v1/files"

router = APIRouter(prefix=PATH, tags=["Profile"])

FileId = Annotated[str, Path(examples=["fi_5TqV0bN2kQxWvA7cD3eF"])]

_A_FORM = {
    "requestBody": {
        "required": True,
        "description": "One PNG, JPEG, WebP or GIF picture of at most 2 MiB.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
_A_PICTURE: dict[int | str, dict[str, object]] = {
    200: {
        "description": "The picture",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS.values()
        },
    }
}


async def sent_file(_caller: SignedIn, request: Request) -> bytes:
    """The one file of the form that was sent, whatever its name and type say."""
    try:
        # One more than there may be, so that a second is told from what cannot be read.
        form = await request.form(max_files=2, max_fields=2)
    except (HTTPException, UnicodeError) as error:
        if isinstance(error, Refusal):
            raise
        _malformed()
    try:
        return await _one_file(form)
    finally:
        await form.close()


@router.post(
    "",
    response_model=Envelope[StoredFile],
    responses=refusals(401),
    openapi_extra=_A_FORM,
)
def store(
    platform: ServedPlatform, caller: SignedIn, sent: Annotated[bytes, Depends(sent_file)]
) -> Response:
    """Store a picture: as a still of at most 1024 pixels a side, without what else it tells."""
    from aicx_tui.sandbox.picture_check import NotAPictureError, checked_picture  # slow to import

    try:
        picture = checked_picture(sent)
    except NotAPictureError as reason:
        _refuse(str(reason))
    with platform.database.writing() as connection:
        file_id = pictures.add(connection, caller=caller, picture=picture)
    size = len(picture.content)
    return result_reply({"id": file_id, "content_type": picture.content_type, "size": size})


@router.get(
    "/{file_id}",
    response_class=Response,
    responses={**refusals(401, 404), **_A_PICTURE},
)
def show(file_id: FileId, platform: ServedPlatform, caller: SignedIn) -> Response:
    """A picture that somebody of the caller's company stored."""
    with platform.database.reading() as connection:
        picture = pictures.find(connection, company_id=caller.company_id, file_id=file_id)
    if picture is None:
        raise Refusal(
            HTTPStatus.NOT_FOUND,
            code="file_not_found",
            message="Nobody of your company stored such a file. Check its id.",
        )
    headers = {
        "Content-Disposition": "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(picture.content, headers=headers, media_type=picture.content_type)


async def _one_file(form: FormData) -> bytes:
    parts = form.multi_items()
    if len(parts) != 1 or parts[0][0] != "file" or not isinstance(parts[0][1], UploadFile):
        _refuse("Send one file, in this field, and nothing else")
    file = parts[0][1]
    if (file.size or 0) > MAX_FILE_BYTES:
        raise too_large(MAX_FILE_BYTES)
    return await file.read()


def _refuse(reason: str) -> NoReturn:
    raise Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        code="invalid_fields",
        message="The file was refused; nothing was stored.",
        fields=[WireFieldError(field="file", message=reason)],
    )


def _malformed() -> NoReturn:
    raise Refusal(
        HTTPStatus.BAD_REQUEST,
        code="malformed",
        message="The form cannot be read; nothing was stored. Send one as multipart/form-data.",
    )
