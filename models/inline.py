"""SQLite whose statements run on the event loop, for `models/base.py` alone."""

import sqlite3
from typing import Any

from sqlalchemy import Pool, StaticPool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL


class InlineCursor(sqlite3.Cursor):
    """A cursor in the shape that SQLAlchemy's async results expect; there is nothing to wait for."""

    async def _async_soft_close(self) -> None:
        return


class InlineConnection(sqlite3.Connection):
    """A connection that makes such cursors."""

    def cursor(self, factory: Any = None) -> Any:
        """Return a new cursor."""
        return super().cursor(factory or InlineCursor)


class InlineSQLite(SQLiteDialect_pysqlite):
    """SQLite whose statements run on the event loop: a thread hop costs more than a statement."""

    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return StaticPool


registry.register("sqlite.inline", __name__, "InlineSQLite")
