"""One port for the page and for MQTT: what a browser may load, and what it may say and hear."""
