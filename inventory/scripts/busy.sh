#!/bin/sh
# How much a real server can take, as it says itself at /capacity: a number from 0 to 253.
# A MISC_CHECK with misc_dynamic: exit code 1 is dead, 2 to 255 are a weight of 0 to 253.
address=$1
case $address in *:*) address="[$address]" ;; esac
capacity=$(curl -fsS -g --max-time 3 "http://$address:$2/capacity") || exit 1
case $capacity in '' | *[!0-9]*) exit 1 ;; esac
[ "$capacity" -le 253 ] || capacity=253
exit $((capacity + 2))
