"""What a product's parameters mean: dates, minimum payments, who is paid first. Pure."""
