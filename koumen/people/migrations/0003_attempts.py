"""Where tries to sign in are counted, for all processes together: Django's cache table under a name of ours."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """The table that settings.CACHES names; its columns are Django's."""

    dependencies: ClassVar = [("people", "0002_guards")]
    operations: ClassVar = [
        migrations.RunSQL(
            "create table people_attempts (cache_key varchar(255) primary key, value text not null,"
            " expires timestamptz not null);"
            "create index people_attempts_expires on people_attempts (expires);",
            "drop table people_attempts;",
        ),
    ]
