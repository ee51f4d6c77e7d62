"""The security headers of every answer; `dashboard.security` adds what a page may load."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",  # not with every frame the whole address
}
# Of answers that are a sentence. Whoever may show a picture in a frame may show there why it does not come.
SENTENCE = {**ALWAYS, "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'"}
