"""MA, the seller's back office: home, service access, products, funds."""
