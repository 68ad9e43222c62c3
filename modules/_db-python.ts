/**
 * Python for a host with a service of OpenStack: `address_in(files, section)` is the address of the database that the last of the files
 * names, or None where it is no plain address of a MySQL; `connect(address)` opens it.
 */
export const DATABASE_PYTHON = String.raw`import re
from urllib.parse import unquote, urlsplit
def address_in(files, section):
    connection, here = '', ''
    for path in files:
        for line in open(path, encoding='utf-8'):
            head = re.match(r'\s*\[([^]]+)\]', line)
            here = head.group(1) if head else here
            option = re.match(r'connection\s*[=:]\s*(.*\S)', line)
            connection = option.group(1) if option and here == section else connection
    address = urlsplit(connection)
    return address if address.scheme.startswith('mysql') and '$' not in connection else None
def connect(address, **more):
    import pymysql
    return pymysql.connect(host=address.hostname, port=address.port or 3306, user=unquote(address.username), password=unquote(address.password or ''), connect_timeout=5, **more)
`
