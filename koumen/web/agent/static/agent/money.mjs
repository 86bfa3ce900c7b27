// Amounts as the sites write them: "¥ 1,286.40"; always with the currency, never a fraction in between.

export function moneyOf({ symbol, code, units }) {
  const scale = 10 ** units;
  return {
    code,
    show(minor) {
      const text = (Math.abs(minor) / scale).toLocaleString("en", { minimumFractionDigits: units, maximumFractionDigits: units });
      return `${minor < 0 ? "−" : ""}${symbol}\u00a0${text}`;
    },
    // As it is typed: 12.50
    plain: (minor) => (minor / scale).toFixed(units),
    // What somebody typed; null for what is no amount.
    read(typed) {
      const text = typed.normalize("NFKC").replaceAll(/[\s,]/g, "");
      if (!/^[0-9]{1,9}(\.[0-9]+)?$/.test(text)) return null;
      const [whole, part = ""] = text.split(".");
      if (part.length > units) return null;
      return Number(whole) * scale + Number(part.padEnd(units, "0") || "0");
    },
  };
}
