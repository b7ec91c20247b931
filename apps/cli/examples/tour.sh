printf 'hello\nworld\n' | wsc connect :9000                       # a line is a message
wsc connect :9000 --count 1 --json --message '{"hello":"world"}'  # one answer, laid out
printf '\001\377' | wsc connect :9000 --binary                    # binary comes as hex
wsc connect :9000 --message bye && echo "closed in good order"
wsc connect :1 || echo "nobody there: $?"
