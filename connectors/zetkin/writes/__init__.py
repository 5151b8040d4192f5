"""What can be done in Zetkin, one method a verb; `zetkin_sync.ports.ZetkinWriter` says what each promises."""
