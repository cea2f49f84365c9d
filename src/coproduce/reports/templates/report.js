(() => {
  "use strict";
  const cellsOf = (row) => Array.from(row.cells, (cell) => cell.dataset.copy ?? cell.textContent.trim());
  const textOf = (block) => {
    const rows = Array.from(block.querySelectorAll("thead tr")).slice(0, 1);
    rows.push(...block.querySelectorAll("tbody tr"));
    return rows.map((row) => cellsOf(row).join("\t")).join("\n");
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const block of document.querySelectorAll(".tabled")) {
    const tools = block.querySelector(".tools");
    const button = document.createElement("button");
    const said = document.createElement("span");
    button.type = "button";
    button.textContent = "Copy this table";
    button.setAttribute("aria-label", "Copy this table: " + block.querySelector("caption").textContent.trim());
    said.className = "quiet small";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      await copy(textOf(block));
      said.textContent = " Copied; paste it into a spreadsheet.";
      button.focus();
    });
    tools.append(button, said);
  }
})();
