"""Pure decisions about orders: facts in, decision out."""
