"""Servers on the loopback and made-up answers that several tests share."""
