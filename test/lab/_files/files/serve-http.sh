#!/bin/sh
# serve-http.sh PORT: a server on the loopback address that answers 200 to GET and 201 to all that has a body.
set -e
unit=serve-http-$1
systemctl -q is-active "$unit" && exit
cat >/usr/local/bin/answer-http <<'END'
#!/bin/sh
length=0
while IFS= read -r line; do
  line=$(printf %s "$line" | tr -d '\r')
  case $line in '') break ;; [Cc]ontent-[Ll]ength:*) length=${line#*:} ;; esac
done
head -c "$((length))" >/dev/null
if [ "$((length))" -gt 0 ]; then status='201 Created'; else status='200 OK'; fi
printf 'HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{"server": "up"}' "$status"
END
chmod 755 /usr/local/bin/answer-http
systemd-run --quiet --unit="$unit" systemd-socket-activate --accept --inetd --listen="127.0.0.1:$1" /usr/local/bin/answer-http
until ss -Hltn "sport = :$1" | grep -q .; do sleep 0.1; done
